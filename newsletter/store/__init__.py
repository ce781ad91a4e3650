"""The store remembers: what the wire brought, who the readers are, who has had what, which stage has run. Pure.

`newsletter.store.engine.open_store` opens it; nothing is imported here, so that naming the package costs nothing.
"""
