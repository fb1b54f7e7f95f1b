"""Records between layers: frozen, validated once at the edge."""
