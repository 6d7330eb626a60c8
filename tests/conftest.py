"""What holds for all tests, wherever they run."""

import signal

from hypothesis import HealthCheck, settings

# As many examples as ever, and however long they take on a busy machine.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# What a shell starts in the background is deaf to Ctrl-C, and so is all that it starts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
