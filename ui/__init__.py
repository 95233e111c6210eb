"""What pages share: navigation, the connection, widgets. May import streamlit and services. Tested in tests/pages."""
