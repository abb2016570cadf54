"""Optional external engines, off by default: Amazon Comprehend and models in Amazon Bedrock."""
