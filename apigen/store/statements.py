"""What the writer says to SQLite, over and over."""

SAVE_COMPLETION = """
insert or ignore into completions (run_id, draw, key, purpose, model, text, truncated, prompt_tokens, completion_tokens,
                                   cached_tokens, seconds, dollars)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
FIND_COMPLETION = """
select text, model, prompt_tokens, completion_tokens, cached_tokens, seconds, truncated, dollars
from completions where run_id = ? and draw = ? and key = ?
"""
ADD_COST = """
insert into costs (run_id, style, purpose, model, replies, prompt_tokens, completion_tokens, cached_tokens, dollars, seconds)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set
    replies = replies + excluded.replies, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
    completion_tokens = completion_tokens + excluded.completion_tokens,
    cached_tokens = cached_tokens + excluded.cached_tokens, dollars = dollars + excluded.dollars,
    seconds = seconds + excluded.seconds
"""
COSTS_OF_DRAW = """
select purpose, model, count(*), sum(prompt_tokens), sum(completion_tokens), sum(cached_tokens), sum(dollars), sum(seconds)
from completions where run_id = ? and draw = ? group by purpose, model
"""
SAVE_DRAW = """
insert into draws (run_id, idx, seed, style, strategy, apis, distractors, hidden, withheld, manner, verified, at_seconds)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
SAVE_CANDIDATE = """
insert into candidates (run_id, draw, position, raw, query, calls, status, stage, reason, detail, results, verdicts, answer,
                        meant, final)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ADD_TALLY = """
insert into tallies (run_id, style, strategy, reason, candidates) values (?, ?, ?, ?, ?)
on conflict do update set candidates = candidates + excluded.candidates
"""
SETTLE_CANDIDATE = """
update candidates set status = ?, stage = ?, reason = ?, detail = ?, verdicts = ?
where run_id = ? and draw = ? and position = ?
"""
