"""Optional engines outside Heard, off by default: Amazon Comprehend and models in Bedrock."""
