"""Where the work runs. An engine keeps draws in flight and hands back what came of each, in order of arrival."""
