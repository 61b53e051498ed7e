GRACE = 30  # days
