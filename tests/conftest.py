"""Settings for all tests."""

from hypothesis import settings

# the same examples in every run, and no deadline: a busy machine is no fault of the code
settings.register_profile("oxymilk", derandomize=True, deadline=None, database=None)
settings.load_profile("oxymilk")
