"""Mathematics by name: activations, losses, initializers, optimizers, schedules."""
