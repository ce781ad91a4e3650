"""What leaves the house: the mailing, its envelope, and what members and the chief are told."""
