"""What people type: one feature, one thin file; router.py finds and runs the command."""
