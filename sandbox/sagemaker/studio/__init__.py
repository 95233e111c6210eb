"""Where people work: notebook instances, and Studio's domains, user profiles, spaces and apps. Nothing really runs."""
