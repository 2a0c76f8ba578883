"""The portal's own standing pages: safety, help, accessibility, privacy, about."""
