"""What is said to whom: warning text, label, release and cancellation, cues, observations of everything else."""
