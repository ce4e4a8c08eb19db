"""Synthetic candidates that hold interviews over real WebRTC, and what they measure at their ear; no agent code."""
