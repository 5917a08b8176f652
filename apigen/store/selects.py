"""What the reader asks SQLite for candidates."""

# The index is in draw order within a reason, and verified candidates have none: nothing is sorted, nothing else is read. `cross`
# keeps SQLite from beginning with the draws.
CANDIDATES = """
select candidates.draw, position, raw, query, calls, results, verdicts, answer, meant, seed, style, strategy, apis, distractors,
       hidden, withheld
from candidates indexed by candidates_by_reason
cross join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw
where candidates.run_id = ? and reason is ? and candidates.draw <= ?
order by candidates.draw, position
"""
ASKED = """
select query, calls, verdicts from candidates indexed by candidates_by_reason
where run_id = ? and reason is ? order by draw, position
"""
# The same columns of one candidate by its number, of all rejected ones of a draw, and the numbers of the verified ones.
COLUMNS = CANDIDATES[: CANDIDATES.index("from")]
ONE = f"{COLUMNS} from candidates join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw where id = ?"
REJECTED_OF_DRAW = f"""
{COLUMNS} from candidates cross join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw
where candidates.run_id = ? and candidates.draw = ? and reason is not null order by position
"""
NUMBERS = """
select id from candidates indexed by candidates_by_reason
where run_id = ? and reason is null and draw <= ? order by draw, position
"""
