"""The ways letters leave: mail servers, a service by HTTP, a folder."""
