"""Jobs as they stand and what they left: stages, candidates, the leaderboard, reports."""
