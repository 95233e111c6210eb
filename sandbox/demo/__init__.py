"""A made-up account to look at: some forty endpoints of five people, a week of traffic, and what such a week leaves.

`fill` plays the week through the sandbox's own operations, with the clock set back to each moment, so everything that
follows from a call (states, events, logs, costs) follows here too. Traffic is written afterwards (`traffic`), and goes
on by the clock (`ongoing`). It is all invented.
Made for `sagedeck sandbox --seed demo` and the button on the console's sandbox page; tested in tests/sandbox/demo.
"""
