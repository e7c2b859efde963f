"""What no exit reaches, and why: issues for the people who made the model."""
from indoor3d.models.issue import Issue
def build_issues(graph): return ()
def unreachable_spaces(graph): return ()
