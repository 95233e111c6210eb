"""One button, one number: what the console's reruns are measured beside."""

import streamlit as st

st.title("Counter")
if st.button("More"):
    st.session_state["number"] = st.session_state.get("number", 0) + 1
st.markdown(f"number {st.session_state.get('number', 0)}")
