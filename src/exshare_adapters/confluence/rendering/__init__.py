"""From a page's foreign HTML to HTML that is safe to show, one idea a module (architecture section 7)."""
