"""What a class may hand in at worst: hostile and awkward submissions, and what must come of each."""
