"""Where does it leak? Joint audit, signs, survey, roadmap."""
