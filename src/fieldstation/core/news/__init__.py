"""What happens at the station, as those may know who may see the thing it happened to."""
