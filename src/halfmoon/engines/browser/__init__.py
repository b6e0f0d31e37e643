"""The compiled engine as WebAssembly: its own kernels, called from a page."""
