"""Articles on their way to the workers, where several processes write to one archive, or to those of Ray."""
