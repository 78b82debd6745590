"""The pages of external people: signing in, making an account, the shares they have opened, and the account itself."""
