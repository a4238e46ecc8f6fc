# For `flask run`. The app brings the debugger itself, and shows it to this machine alone:
# see carafe/security/debugger.py.
FLASK_RUN_DEBUGGER=no
