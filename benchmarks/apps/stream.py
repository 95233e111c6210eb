"""Shows an endpoint's bytes as they come, with nothing between: what the first token of the Chat page is beside."""

import http.client
import os
from urllib.parse import urlsplit

import streamlit as st

WORDS = b'{"inputs": "Say something.", "parameters": {"max_new_tokens": 200}, "stream": true}'

words = st.chat_input("Say something")
if words:
    with st.chat_message("assistant"):
        place = st.empty()
        address = urlsplit(os.environ["BENCHMARK_ENDPOINT_URL"])
        connection = http.client.HTTPConnection(address.hostname or "", address.port)
        connection.request("POST", address.path, WORDS, {"Content-Type": "application/json"})
        answer, size = connection.getresponse(), 0
        while piece := answer.read1(65536):
            size += len(piece)
            place.markdown(f"{words} {size} bytes")
