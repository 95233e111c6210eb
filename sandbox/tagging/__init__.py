"""The Resource Groups Tagging API over everything that carries tags, the sandbox's own and moto's."""
