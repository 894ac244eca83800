//! Cuts a Rust source file into words and signs.
//!
//! **Invariant:** comments, literals of text and what is compiled for tests only leave no token.

/// A word or a sign of the source, and the line it stands on, counted from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// An identifier, `::`, or one other character.
    pub text: String,
    /// The line.
    pub line: usize,
}

/// The tokens of `text`, without comments, literals of text, lifetimes and test-only items.
pub fn tokens(text: &str) -> Vec<Token> {
    without_tests(lex(text))
}

/// The text of the token at `at`; empty past the end.
pub fn text(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| &token.text)
}

/// Whether `text` is an identifier or a keyword.
pub fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The modules that `text` declares for tests only and that stand in files of their own.
pub fn test_modules(text: &str) -> Vec<String> {
    let tokens = lex(text);
    let declared = |at: usize| {
        let end = end_of_item(&tokens, at + FOR_TESTS.len());
        let item: Vec<&str> = tokens[at..end].iter().map(|token| token.text.as_str()).collect();
        match item.as_slice() {
            [.., "mod", name, ";"] => Some((*name).to_owned()),
            _ => None,
        }
    };
    (0..tokens.len()).filter(|at| matches(&tokens, *at, &FOR_TESTS)).filter_map(declared).collect()
}

const FOR_TESTS: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];

const ALL_FOR_TESTS: [&str; 8] = ["#", "!", "[", "cfg", "(", "test", ")", "]"];

fn matches(tokens: &[Token], at: usize, pattern: &[&str]) -> bool {
    pattern.iter().enumerate().all(|(n, sign)| text(tokens, at + n) == *sign)
}

/// Leaves out each item under `#[cfg(test)]`, and everything under `#![cfg(test)]`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if matches(&tokens, at, &ALL_FOR_TESTS) {
            return Vec::new();
        }
        if matches(&tokens, at, &FOR_TESTS) {
            at = end_of_item(&tokens, at + FOR_TESTS.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Where the item, field or variant at `at` ends: after its block, its `;` or its `,`.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0;
    let import = text(tokens, at) == "use";
    while at < tokens.len() {
        match text(tokens, at) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth -= 1,
            "}" if depth == 0 => return at,
            "}" => {
                depth -= 1;
                if depth == 0 && !import {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            "," if depth == 0 && !is_generic(tokens, at) => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Whether the comma at `at` stands between generic arguments, which a `>` closes before any block.
fn is_generic(tokens: &[Token], at: usize) -> bool {
    tokens[at..]
        .iter()
        .find(|token| matches!(token.text.as_str(), ">" | "{" | "}" | ";"))
        .is_some_and(|token| token.text == ">")
}

fn lex(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let peek = |at: usize| chars.get(at).copied().unwrap_or('\0');
    let mut tokens = Vec::new();
    let (mut at, mut line, mut counted) = (0, 1, 0);
    while at < chars.len() {
        line += chars[counted..at].iter().filter(|c| **c == '\n').count();
        counted = at;
        let begin = at;
        at = match (chars[at], peek(at + 1)) {
            ('/', '/') => find(&chars, at, '\n'),
            ('/', '*') => end_of_comment(&chars, at),
            ('"', _) => end_of_string(&chars, at + 1),
            ('\'', '\\') => find(&chars, at + 3, '\'') + 1,
            ('\'', _) if peek(at + 2) == '\'' => at + 3,
            ('\'', _) => end_of_word(&chars, at + 1),
            (c, _) if c.is_whitespace() => at + 1,
            (c, _) if c.is_alphanumeric() || c == '_' => {
                let end = end_of_word(&chars, at);
                match end_of_prefixed_string(&chars, at, end) {
                    Some(end) => end,
                    None => {
                        let text = chars[at..end].iter().collect();
                        tokens.push(Token { text, line });
                        end
                    }
                }
            }
            (':', ':') => at + 2,
            _ => at + 1,
        };
        let sign: String = chars[begin..at].iter().collect();
        if sign == "::" || (sign.chars().count() == 1 && sign.chars().all(is_sign)) {
            tokens.push(Token { text: sign, line });
        }
    }
    tokens
}

fn is_sign(c: char) -> bool {
    !c.is_whitespace() && !c.is_alphanumeric() && !matches!(c, '_' | '"' | '\'')
}

fn find(chars: &[char], from: usize, sought: char) -> usize {
    (from..chars.len()).find(|at| chars[*at] == sought).unwrap_or(chars.len())
}

fn end_of_word(chars: &[char], from: usize) -> usize {
    let ends = |at: &usize| !(chars[*at].is_alphanumeric() || chars[*at] == '_');
    (from..chars.len()).find(ends).unwrap_or(chars.len())
}

fn end_of_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_string(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += 1 + usize::from(chars[at] == '\\');
    }
    at + 1
}

/// The end of a literal such as `b"…"` or `r#"…"#` whose prefix stands between `at` and `end`.
fn end_of_prefixed_string(chars: &[char], at: usize, end: usize) -> Option<usize> {
    let prefix: String = chars[at..end].iter().collect();
    let hashes = chars[end..].iter().take_while(|c| **c == '#').count();
    if chars.get(end + hashes) != Some(&'"') {
        return None;
    }
    match prefix.as_str() {
        "b" | "c" if hashes == 0 => Some(end_of_string(chars, end + 1)),
        "r" | "br" | "cr" => {
            let closing: Vec<char> =
                std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let body = end + hashes + 1;
            let length = chars[body..].windows(closing.len()).position(|w| w == closing)?;
            Some(body + length + closing.len())
        }
        _ => None,
    }
}
