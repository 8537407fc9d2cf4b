"""xunzhen (巡诊): plans the rounds of mobile hospitals. See ``docs/architecture.md`` for the rooms of the house."""
