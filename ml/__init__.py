"""Music and models without a screen; usable alone.

Read downwards, a line may use only lines below it:
evaluation / training / generation / models / tensors / requests, measures / music.
torch begins at `ml.tensors`; everything below is numpy.
"""
