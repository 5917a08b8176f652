"""What the readers ask SQLite for candidates."""

COLUMNS = """
select candidates.draw, position, raw, query, calls, results, verdicts, answer, meant, final, seed, style, strategy, apis,
       distractors, hidden, withheld, manner
"""
DRAWS = "join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw"
# The index is in draw order within a reason, and verified candidates have none: nothing is sorted, nothing else is read. `cross`
# keeps SQLite from beginning with the draws.
CANDIDATES = f"""{COLUMNS}
from candidates indexed by candidates_by_reason cross {DRAWS}
where candidates.run_id = ? and reason is ? and candidates.draw <= ? order by candidates.draw, position
"""
EVERYTHING = f"""{COLUMNS}
from candidates indexed by idx_candidates_run_id_draw_position cross {DRAWS}
where candidates.run_id = ? order by candidates.draw, position
"""
OF_DRAW = (
    f"{COLUMNS} from candidates cross {DRAWS} where candidates.run_id = ? and candidates.draw = ? order by position"
)
ONE = f"{COLUMNS} from candidates {DRAWS} where id = ?"
# Of the verified ones, or those of a reason, only an index is read.
PLACES = """
select draw, position from candidates indexed by candidates_by_reason
where run_id = ? and reason is ? and draw <= ? order by draw, position
"""
NUMBERS = """
select id from candidates indexed by candidates_by_reason
where run_id = ? and reason is null and draw <= ? order by draw, position
"""
ASKED = """
select query, calls, verdicts from candidates indexed by candidates_by_reason
where run_id = ? and reason is ? order by draw, position
"""
