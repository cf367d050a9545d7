"""The only home of torch and transformers: encoding, training, inference."""
