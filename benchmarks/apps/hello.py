"""The least a Streamlit page can be: what the console's start and sessions are measured beside."""

import streamlit as st

st.title("Hello")
