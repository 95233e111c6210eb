"""Candidates put to use: deployed, asked for predictions of rows and files, measured."""
