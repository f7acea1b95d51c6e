from .numbers import doubled
