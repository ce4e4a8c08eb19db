"""What an interview is: flows, plans, the machine that holds them, and its patience. No I/O, no clock, no LiveKit.

- `flow`, `reading`, `checking`: the flow model and its TOML reader, which reports every problem with file and key.
- `plan`: a flow frozen for one candidate, with time and accommodations.
- `events`, `actions`: what happens to the machine, and what it wants said.
- `state`, `clock`, `pacing`, `turns`, `machine`: the interview machine, `step(state, event, now_s) -> Step`.
- `patience`, `endings`: how long to wait before a pause counts as the end of an answer.
- `intents`, `coverage`: what short utterances ask for, and which expected points an answer names.
- `phrases`: the words that belong to no flow.

Time always comes in as a number (unix seconds); the same events give the same state on every machine.
"""
