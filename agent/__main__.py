"""`python -m agent` is `viva`. The import stands inside, because LiveKit's job processes import their parent's main."""

if __name__ == "__main__":
    from agent.cli import main

    main()
