//! Rhai's own parser, and what of its result is awkward to reach.

use std::collections::BTreeMap;

use rhai::{AST, ASTNode, Engine, Expr, FnPtr, LexError, OptimizationLevel, ParseErrorType, Position, Stmt, Token};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Place, Scalar, Style};

/// The longest script, in bytes: Rhai's parser takes time that grows with the square of it.
const LONGEST: usize = 16 * 1024;

/// How deep a script may nest.
const DEEPEST: usize = 48;

/// A script as it stands in a file.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) scalar: Scalar,
}

impl Script {
    /// The place of a position in the script; the token that starts there is marked.
    pub(crate) fn place(&self, position: Position) -> Place {
        let (line, column) = (position.line().unwrap_or(1), position.position().unwrap_or(1));
        let length = self.scalar.text.lines().nth(line - 1).map_or(1, |text| token_length(text, column));
        self.stretch(line, column, length)
    }

    /// The place of `length` characters from a position in the script.
    pub(crate) fn stretch(&self, line: usize, column: usize, length: usize) -> Place {
        let content = &self.scalar.content;
        let lines = self.scalar.text.trim_end().lines().count().max(1);
        let (line, column) = if line <= lines {
            (line, column)
        } else {
            // Rhai puts what is missing after the end; the end itself is the last place to look at.
            let last = self.scalar.text.trim_end().lines().last().unwrap_or_default();
            (lines, last.chars().count().max(1))
        };
        Place::new(content.file(), content.line() + line - 1, content.column() + column - 1, length)
    }
}

/// How many characters the word or the operator at this column has.
fn token_length(line: &str, column: usize) -> usize {
    let rest = line.chars().skip(column - 1);
    let is_word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    let is_operator = |letter: &char| "+-*/=<>!&|?".contains(*letter);
    match rest.clone().next() {
        Some(first) if is_word(&first) => rest.take_while(is_word).count(),
        Some(first) if is_operator(&first) => rest.take_while(is_operator).count(),
        _ => 1,
    }
}

/// A parsed script with the bodies of its closures within reach.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The statements of the script itself.
    pub(crate) statements: Vec<Stmt>,
    /// The functions of the script by name; Rhai names closures itself.
    pub(crate) functions: BTreeMap<String, Function>,
}

/// A closure or function: what it is called with and what it does.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) parameters: Vec<String>,
    pub(crate) body: Vec<Stmt>,
}

impl Function {
    /// Whether the script gave it a name, which the language does not have.
    pub(crate) fn is_named(name: &str) -> bool {
        !name.starts_with("anon$")
    }
}

/// The parser, with every limit set and every number read from its text.
#[expect(deprecated, reason = "Rhai marks the hook as volatile; the version is pinned")]
pub(crate) fn parser() -> Engine {
    let mut engine = Engine::new_raw();
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_expr_depths(DEEPEST, DEEPEST)
        .set_max_functions(64)
        .set_max_variables(128);
    // The token carries the digits as written, so a decimal never passes through a float.
    engine.on_parse_token(|token, _, _| match token {
        Token::FloatConstant(parts) => {
            let (_, text) = *parts;
            match rust_decimal::Decimal::from_str_exact(&text) {
                Ok(decimal) => Token::DecimalConstant(Box::new((decimal, text))),
                Err(_) => Token::LexError(Box::new(LexError::MalformedNumber(text.to_string()))),
            }
        }
        token => token,
    });
    engine
}

/// Parses a script.
///
/// # Errors
/// What Rhai says, at its place, or that the script cannot be placed or is too long.
pub(crate) fn parse(engine: &Engine, script: &Script) -> Result<Parsed, Box<Diagnostic>> {
    let text = &script.scalar.text;
    if script.scalar.style == Style::Folded {
        return Err(Box::new(
            Diagnostic::error(
                Code::SCRIPT_NEEDS_LITERAL_BLOCK,
                script.scalar.content.clone(),
                "a script of several lines must be a literal block",
            )
            .label("its lines are not the file's")
            .help("start the block with `|`"),
        ));
    }
    if text.len() > LONGEST {
        let message = format!("the script has {} bytes and may have {LONGEST}", text.len());
        return Err(Box::new(
            Diagnostic::error(Code::TOO_LARGE, script.stretch(1, 1, 1), message).help("split it into declared values"),
        ));
    }
    let error = match engine.compile(text) {
        Ok(ast) => match functions(&ast) {
            Some(functions) => return Ok(Parsed { statements: ast.statements().to_vec(), functions }),
            None => {
                let message = "the script cannot be read: a function has an empty body";
                return Err(Box::new(Diagnostic::error(Code::SCRIPT_SYNTAX, script.stretch(1, 1, 1), message)));
            }
        },
        Err(error) => error,
    };
    let position = error.position();
    let place = if position.is_none() { script.stretch(1, 1, 1) } else { script.place(position) };
    if let Some(diagnostic) = slip(script, position, error.err_type()) {
        return Err(Box::new(diagnostic));
    }
    let said = error.err_type().to_string();
    let mut letters = said.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    let said = first + letters.as_str();
    let diagnostic = match error.err_type() {
        ParseErrorType::ExprTooDeep => {
            let message = format!("the script nests deeper than {DEEPEST} levels");
            Diagnostic::error(Code::TOO_LARGE, place, message).help("split it into declared values")
        }
        ParseErrorType::BadInput(LexError::MalformedNumber(_)) => {
            let message = "a number in a script has at most 18 digits";
            Diagnostic::error(Code::BAD_NUMBER, place, message).help("declare it as a parameter, with fewer digits")
        }
        ParseErrorType::MissingToken(token, _) if token == ";" => {
            let found = word_at(text, position);
            let message = format!("expected an operator or the end of the script, found `{found}`");
            let help = match found.as_str() {
                ")" | "]" | "}" => "this bracket closes nothing that was opened",
                _ => "scripts are written in Rhai; the text of a `because` stands between backticks",
            };
            Diagnostic::error(Code::SCRIPT_SYNTAX, place, message).help(help)
        }
        _ => {
            let diagnostic =
                Diagnostic::error(Code::SCRIPT_SYNTAX, place, format!("the script cannot be read: {said}"));
            diagnostic.help("scripts are written in Rhai: `let x = …;`, `if … { … } else { … }`, `a.all(|x| …)`")
        }
    };
    Err(Box::new(diagnostic))
}

/// The slips that authors make most, in their words.
fn slip(script: &Script, position: Position, kind: &ParseErrorType) -> Option<Diagnostic> {
    let text = &script.scalar.text;
    let (line, column) = (position.line()?, position.position().unwrap_or(1));
    let found = word_at(text, position);
    let told = |message: String, help: &str| {
        Some(Diagnostic::error(Code::SCRIPT_SYNTAX, script.place(position), message).help(help))
    };
    if let Some((_, instead)) = WORDS.iter().find(|(word, _)| *word == found) {
        return told(format!("`{found}` is no word of the language"), &format!("write `{instead}`"));
    }
    if let Some((_, instead)) = SIGNS.iter().find(|(sign, _)| *sign == found) {
        return told(format!("`{found}` is no sign of the language"), &format!("write `{instead}`"));
    }
    if found == "£" {
        let help = "amounts are parameters with a source: declare one and write `params.name`";
        return told("`£` is no sign of the language".to_owned(), help);
    }
    let ParseErrorType::MissingToken(token, _) = kind else { return None };
    let ended = text.lines().skip(line - 1).collect::<Vec<_>>().join("\n").trim_end().chars().count() < column;
    let open = |bracket: char| text.matches(bracket).count();
    let (opening, closing) = match token.as_str() {
        ")" => ("(", ")"),
        "]" => ("[", "]"),
        // Where a block is open, Rhai looks for the end of its statement.
        _ if open('{') > open('}') => ("{", "}"),
        _ => ("", ""),
    };
    if ended && !opening.is_empty() {
        return told(format!("the script ends before a `{opening}` is closed"), &format!("close it with `{closing}`"));
    }
    let begins = text.lines().nth(line - 1).is_some_and(|text| text.chars().take(column - 1).all(char::is_whitespace));
    let before = text.lines().take(line - 1).filter(|line| !line.trim().is_empty()).last()?;
    if token == ";" && begins && !found.is_empty() && !before.trim_end().ends_with(';') {
        let above = text.lines().take(line - 1).collect::<Vec<_>>();
        let number = above.iter().rposition(|line| !line.trim().is_empty())? + 1;
        let end = before.trim_end().chars().count();
        let message = "the statement does not end where its line does";
        let diagnostic = Diagnostic::error(Code::SCRIPT_SYNTAX, script.stretch(number, end, 1), message);
        let help = format!("end it with `;`, or go on with an operator before `{found}`");
        return Some(diagnostic.help(help));
    }
    None
}

/// Words of other languages, and what to write for them.
const WORDS: [(&str, &str); 5] =
    [("and", "&&"), ("or", "||"), ("not", "!"), ("then", "if … { … } else { … }"), ("elif", "else if")];

/// Signs that word processors and people write, and what to write for them.
const SIGNS: [(&str, &str); 12] = [
    ("×", "*"),
    ("÷", "/"),
    ("−", "-"),
    ("–", "-"),
    ("≥", ">="),
    ("≤", "<="),
    ("≠", "!="),
    ("“", "\""),
    ("”", "\""),
    ("„", "\""),
    ("‘", "\""),
    ("’", "\""),
];

/// The word or sign at a position.
fn word_at(text: &str, position: Position) -> String {
    let (line, column) = (position.line().unwrap_or(1), position.position().unwrap_or(1));
    let line = text.lines().nth(line - 1).unwrap_or_default();
    line.chars().skip(column - 1).take(token_length(line, column)).collect()
}

/// The functions by name; `None` where one has no body.
///
/// Rhai does not export the type of a function's body. Its walk does visit the statements of every
/// function after those of the script, function by function in the order in which it lists them,
/// and those of one body lie side by side in memory.
fn functions(ast: &AST) -> Option<BTreeMap<String, Function>> {
    let mut bodies: Vec<Vec<Stmt>> = Vec::new();
    let mut before = None;
    let mut of_script = ast.statements().len();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            if of_script > 0 {
                of_script -= 1;
                return true;
            }
            let address = std::ptr::from_ref(*statement).addr();
            let copy = (*statement).clone();
            match bodies.last_mut() {
                Some(body) if before == Some(address - size_of::<Stmt>()) => body.push(copy),
                _ => bodies.push(vec![copy]),
            }
            before = Some(address);
        }
        true
    });
    let names: Vec<_> = ast.iter_fn_def().map(|def| (def.name.to_string(), def.params.clone())).collect();
    (names.len() == bodies.len()).then(|| {
        let build = |((name, parameters), body): ((String, rhai::FnArgsVec<rhai::ImmutableString>), Vec<Stmt>)| {
            (name, Function { parameters: parameters.iter().map(ToString::to_string).collect(), body })
        };
        names.into_iter().zip(bodies).map(build).collect()
    })
}

/// The name of the closure that an argument is, if it is one.
pub(crate) fn closure_name(argument: &Expr) -> Option<String> {
    match argument {
        Expr::DynamicConstant(value, _) => {
            value.clone().try_cast::<FnPtr>().map(|pointer| pointer.fn_name().to_owned())
        }
        // A closure that uses names from outside: `{ share…; curry(closure, names…) }`.
        Expr::Stmt(block) => block.statements().iter().find_map(|statement| match statement {
            Stmt::Expr(inner) => match &**inner {
                Expr::FnCall(call, _) if call.name == "curry" => call.args.first().and_then(closure_name),
                _ => None,
            },
            _ => None,
        }),
        _ => None,
    }
}
