"""Detections -> tracks: gate, associate, start, filter, drop; the track bank."""
