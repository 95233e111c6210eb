"""Tables modelled on well-known public ones, and ways to break them, to hold the doctor against."""
