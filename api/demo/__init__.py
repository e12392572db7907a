"""The demo: a made-up utility, whose three years are played through the workflows."""
