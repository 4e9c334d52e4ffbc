//! Whether a document is well formed. The tests of other crates that write documents take it from here.

/// Every element that is opened is closed in order: what a browser would otherwise put right.
pub(crate) fn nests(name: &str, text: &str) {
    const VOID: [&str; 4] = ["meta", "link", "!DOCTYPE", "?xml"];
    let mut open: Vec<&str> = vec![];
    let mut ids: Vec<&str> = vec![];
    for tag in text.split('<').skip(1) {
        let (inside, _) = tag.split_once('>').unwrap_or((tag, ""));
        let word = inside.split([' ', '/']).next().unwrap_or("");
        if let Some(closed) = inside.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{name}");
        } else if !inside.ends_with('/') && !VOID.contains(&word) {
            open.push(word);
        }
        if let Some((_, rest)) = inside.split_once(" id=\"") {
            ids.extend(rest.split('"').next());
        }
    }
    assert!(open.is_empty(), "{name}: {open:?}");
    for link in text.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap_or("");
        assert_eq!(
            ids.iter().filter(|id| **id == target).count(),
            1,
            "{name}: #{target}"
        );
    }
}
