//! Traces as other programs write them, and what is wrong with some.

use super::*;
use chappe_base::UserId;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// Two people over a minute, then a third.
const PLAIN: &str = "7 8 1362132000\n8 7 1362132060\n9 7 1362132061\n";

fn read(text: &str) -> Result<(Trace, Reading), TraceError> {
    read_trace(text.as_bytes(), &TraceOptions::default())
}

fn trace(text: &str) -> Trace {
    let (trace, _) = read(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    trace
}

fn second_sentence(text: &str) -> String {
    let (_, reading) = read(text).unwrap();
    let [_, sentence] = reading.sentences();
    sentence
}

#[test]
fn people_are_numbered_as_they_appear_and_time_is_relative() {
    let trace = trace("70 3 1000\n3 70 1000\n9\t70  1060\n");
    assert_eq!((trace.people_count, trace.origin_s), (3, 1000));
    let people = |message: &crate::TraceMessage| (message.sender, message.receiver, message.at_s);
    let expected = [
        (UserId(0), UserId(1), 0),
        (UserId(1), UserId(0), 0),
        (UserId(2), UserId(0), 60),
    ];
    assert!(trace.messages.iter().map(people).eq(expected));
}

#[test]
fn every_form_is_the_same_trace() {
    let plain = trace(PLAIN);
    for text in [
        "\u{feff}7 8 1362132000\n8 7 1362132060\n9 7 1362132061\n",
        "# SNAP\n7\t8\t1362132000\r\n8\t7\t1362132060\r\n9\t7\t1362132061\r\n",
        "\n7 8 1362132000\n\n8 7 1362132060\n\n  \n9 7 1362132061",
        "7,8,1362132000\n8, 7, 1362132060\n9,7,1362132061",
        "7;8;1362132000\n8;7;1362132060\n9;7;1362132061",
        "7 8 1362132000000\n8 7 1362132060000\n9 7 1362132061999\n",
        "7 8 1362132000.25\n8 7 1362132060\n9 7 1362132061.5\n",
        "alice bob 1362132000\nbob alice 1362132060\nJosé alice 1362132061\n",
        "% asym positive\n% 3 3 3\n9 7 1 1362132061\n8 7\t1\t1362132060\n7 8\t1\t1362132000\n",
        "timestamp,sender,recipient\n1362132000,7,8\n1362132060,8,7\n1362132061,9,7\n",
        "# timestamp,sender,recipient\n1362132000,7,8\n1362132060,8,7\n1362132061,9,7\n",
        "To\tText\tCreated At\tFrom\nb\t\"a\nline\"\t2013-03-01T10:00:00Z\ta\na\t\"\"\"\"\t2013-03-01T11:01:00+01:00\tb\n\
         a\t# no comment\t2013-03-01 10:01:01 UTC\tc\n",
        "date;source;target\n2013-03-01 10:00:00;a@x;b@x\n2013-03-01 10:01:00;b@x;a@x\n2013-03-01 10:01:01;c@x;a@x\n",
        "{\"from\":\"a\",\"to\":\"b\",\"time\":1362132000}\n\n{\"time\":\"2013-03-01T10:01:00Z\",\"to\":\"a\",\"from\":\"b\"}\n\
         {\"from\":3,\"to\":[\"a\"],\"time\":1362132061.5,\"text\":{\"to\":1}}\n",
        "sender_id,text,receiver_id,date\n#1,hello,#2,2013-03-01T10:00\n# between\n#2,,#1,2013-03-01T10:01\n#3,,#1,\
         \"Fri, 01 Mar 2013 11:01:01 +0100\"\n",
    ] {
        assert_eq!(trace(text), plain, "{text:?}");
    }
}

#[test]
fn compressed_traces_are_read_whole() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(PLAIN.as_bytes()).unwrap();
    let mut bytes = encoder.finish().unwrap();
    let (read, reading) = read_trace(bytes.as_slice(), &TraceOptions::default()).unwrap();
    assert_eq!(read, trace(PLAIN));
    assert!(reading.sentences()[0].contains("compressed lines with blanks"));

    let half = read_trace(&bytes[..bytes.len() / 2], &TraceOptions::default());
    assert!(matches!(half, Err(TraceError::Truncated { .. })), "{half:?}");
    // Two members one after another are one file.
    bytes.extend(bytes.clone());
    let twice = read_trace(bytes.as_slice(), &TraceOptions::as_written()).unwrap();
    assert_eq!(twice.0.messages.len(), 6);
}

#[test]
fn what_is_no_message_is_left_out_and_counted() {
    let text = "from,to,time\na,a,1\na,b,30\n,b,31\nb,a,29\na,b,30\na,c,30\n";
    let (trace, reading) = read(text).unwrap();
    assert_eq!(trace.messages.len(), 3);
    assert_eq!(trace.people_count, 3);
    assert!(!reading.is_plain());
    assert_eq!(
        reading.sentences(),
        [
            "3 messages between 3 people over 0.0 days, read from CSV: sender `from`, receiver `to`, time `time`",
            "left out: 1 to oneself, 1 exact duplicate, 1 without sender or receiver; assumed: times are seconds since \
             1970, UTC; lines in any order, so they were sorted (1 step back in time, of 0.0 days at most)",
        ]
    );
    // Lines that differ in another column are two messages.
    let texts = "from,to,time,text\na,b,30,hello\na,b,30,hello?\na,b,30,hello\n";
    assert!(second_sentence(texts).starts_with("left out: 1 exact duplicate"));
    assert_eq!(
        second_sentence("{\"to\":[\"b\",\"c\",null],\"from\":\"a\",\"date\":\"2013-03-01\"}"),
        "left out: 1 without sender or receiver; assumed: times without an offset are UTC+00:00; days without an hour \
         are their midnight; a message to each receiver (1 line with several)"
    );
}

#[test]
fn a_plain_trace_needs_no_remark_and_others_say_what_was_assumed() {
    assert!(read(PLAIN).unwrap().1.is_plain());
    for (text, assumed) in [
        (
            "1 2 1362132000123\n",
            "times are milliseconds since 1970, UTC; fractions of a second",
        ),
        (
            "1 2 5.5\n",
            "times are seconds since 1970, UTC; fractions of a second",
        ),
        ("1 2 3 4\n", "(1 line with another than 1)"),
        (
            "1 2 30\n2 1 29\n1 2 31\n",
            "so they were sorted (1 step back in time",
        ),
    ] {
        let (_, reading) = read(text).unwrap();
        assert!(!reading.is_plain(), "{text}");
        let [_, sentence] = reading.sentences();
        assert!(sentence.contains(assumed), "{sentence}");
    }
}

#[test]
fn times_that_seem_to_be_milliseconds_raise_a_question() {
    let doubt = |text: &str| read(text).unwrap().1.doubt();
    assert_eq!(doubt(PLAIN), None);
    // A week in milliseconds from its first midnight.
    let question = doubt("1 2 5000\n2 1 604800000\n").unwrap();
    assert!(
        question.contains("19 years; are these milliseconds?"),
        "{question}"
    );
    let error = read("1 2 5000\n2 1 2419200000\n").unwrap_err().to_string();
    assert!(
        error.starts_with("line 2: 76 years after line 1") && error.contains("milliseconds"),
        "{error}"
    );
    let options = TraceOptions {
        unit: Some(TimeUnit::Milliseconds),
        ..TraceOptions::default()
    };
    let (trace, reading) = read_trace("1 2 5000\n2 1 2419200000\n".as_bytes(), &options).unwrap();
    assert_eq!((trace.messages[1].at_s, reading.doubt()), (2_419_195, None));
}

#[test]
fn columns_are_found_where_options_say() {
    let text = "when,who,whom,to\n30,a,b,x\n31,b,a,x\n";
    let options = |sender: &str, receiver: &str, time: &str| {
        let column = |text: &str| Some(text.parse().unwrap());
        TraceOptions {
            sender: column(sender),
            receiver: column(receiver),
            time: column(time),
            ..TraceOptions::default()
        }
    };
    let (named, _) = read_trace(text.as_bytes(), &options("who", "whom", "1")).unwrap();
    assert_eq!(named.people_count, 2);
    let (numbered, _) = read_trace("30,a,b,x\n31,b,a,x\n".as_bytes(), &options("2", "3", "1")).unwrap();
    assert_eq!(numbered, named);
    let missing = read_trace(text.as_bytes(), &options("who", "whose", "1")).unwrap_err();
    assert!(missing.is_about_columns());
    assert_eq!(
        missing.to_string(),
        "line 1: no column `whose` for the receiver; there are `when`, `who`, `whom`, `to`"
    );
    let nameless = read_trace("30,a,b,x\n".as_bytes(), &options("2", "3", "time")).unwrap_err();
    assert!(
        nameless
            .to_string()
            .contains("there are no names, and the columns 1, 2, 3, 4"),
        "{nameless}"
    );
}

#[test]
fn the_last_line_may_be_half_written() {
    for text in [
        "7 8 1362132000\n8 7 1362132060\n9 7 1362132061\n8 9",
        "7 8 1362132000\n8 7 1362132060\n9 7 1362132061\n8 9 13",
        "from,to,time\n7,8,1362132000\n8,7,1362132060\n9,7,1362132061\n8,9,\"13",
        "{\"from\":7,\"to\":8,\"time\":1362132000}\n{\"from\":8,\"to\":7,\"time\":1362132060}\n\
         {\"from\":9,\"to\":7,\"time\":1362132061}\n{\"from\":9,\"to",
    ] {
        assert_eq!(trace(text), trace(PLAIN), "{text:?}");
        let sentence = second_sentence(text);
        assert!(
            sentence.starts_with("left out: the last line, which is cut off;"),
            "{sentence}"
        );
    }
    // With a line break it is a line like any other.
    let error = read("7 8 1362132000\n8 9\n").unwrap_err().to_string();
    assert!(error.starts_with("line 2: 2 fields"), "{error}");
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (text, message) in [
        ("", "the trace is empty; it needs"),
        ("\n \n# nothing\n", "the trace is empty; it needs"),
        ("from,to,time\n", "the trace is empty; it needs"),
        ("4 4 31\n4 4 32\n", "the trace is empty, since 2 lines to oneself"),
        ("1 2 3\n1 2\n", "line 2: 2 fields, where the first line has 3"),
        (
            "a,b,c\n1,2,3\n",
            "line 1: no column for the sender among `a`, `b`, `c`; its name would be sender, from",
        ),
        (
            "from,to\n1,2\n",
            "line 1: no column for the time among `from`, `to`",
        ),
        (
            "date,time,from,to\n1,2,3,4\n",
            "line 1: the time may be in `date` or in `time`",
        ),
        (
            "from,to,time\n1,2,soon\n",
            "line 2: `soon` is not a time; a time is a number of seconds",
        ),
        ("from,to,time\n1,2,\n", "line 2: `` is not a time"),
        ("1,2,\n", "line 1: `` is not a time"),
        ("# SNAP\n1 2 3.\n", "line 2: `3.` is not a time"),
        ("1 2 3 4 5\n", "line 1: 5 fields without a header"),
        ("1 2\n", "line 1: 2 fields without a header"),
        ("% sym weighted\n1 2 1\n", "line 2: a network without times"),
        ("1 2 0\n1 2 9999999999\n", "line 2: 317 years after line 1"),
        ("[{\"from\":1}]\n", "line 1: not a JSON object: `[{\"from\":1}]`"),
        (
            "{\"from\":1,\"to\":2}\n",
            "line 1: no column for the time among `from`, `to`",
        ),
        (
            "{\"from\":1,\"to\":2,\"time\":3}\n{\"from\":1,\"to\":2}\n",
            "line 2: the time is missing",
        ),
        (
            "{\"from\":1,\"to\":2,\"time\":3}\n{\"from\":1,\n",
            "line 2: not a JSON object: EOF",
        ),
        (
            "{\"from\":1,\"to\":2,\"time\":null}\n",
            "line 1: the time is missing",
        ),
        ("\u{0}\u{1}\u{2}", "line 1: a binary file"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text:?}: {error}");
    }
}

#[test]
fn what_is_no_text_is_named_as_what_it_is() {
    let error = |bytes: &[u8]| {
        let read = read_trace(bytes, &TraceOptions::default());
        read.unwrap_err().to_string()
    };
    assert!(error(b"1 2 3\n\xff 2 3\n").starts_with("line 2: not text in UTF-8"));
    assert!(error(b"\xff\xfe1\x00").starts_with("line 1: text in UTF-16"));
    assert!(error(b"PK\x03\x04\x14\x00\x06\x00").starts_with("line 1: a binary file"));
    // A quotation mark that nobody closes does not take all memory.
    let mut endless = b"from,to,time\n1,2,3\n\"".to_vec();
    endless.resize(3 << 20, b'x');
    assert!(
        error(&endless).starts_with("line 3: longer than"),
        "{}",
        error(&endless)
    );
    assert!(error(&[b'1'; 3 << 20]).starts_with("line 1: longer than"));
}

/// Messages, and the same in every form.
mod any {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Sender, receiver, and milliseconds since 1970.
    type Message = (String, String, i64);

    fn messages() -> impl Strategy<Value = Vec<Message>> {
        // People as they are called anywhere; a first letter tells them from times.
        let person = || "[a-c][ -~äß]{0,3}".prop_map(|name| name.trim().to_string());
        let at_ms = 1_300_000_000_000..1_300_000_100_000i64;
        let messages = prop::collection::vec((person(), person(), at_ms), 1..20);
        messages.prop_filter("somebody writes to somebody else", |messages| {
            messages.iter().any(|(sender, receiver, _)| sender != receiver)
        })
    }

    fn table(messages: &[Message], delimiter: u8) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .from_writer(Vec::new());
        writer.write_record(["To", "Text", "Timestamp", "From"]).unwrap();
        for (sender, receiver, at_ms) in messages {
            let at_ms = at_ms.to_string();
            writer
                .write_record([receiver.as_str(), "two\n\"lines\"", &at_ms, sender])
                .unwrap();
        }
        writer.into_inner().unwrap()
    }

    fn json_lines(messages: &[Message]) -> Vec<u8> {
        let line = |(sender, receiver, at_ms): &Message| {
            let at = jiff::Timestamp::from_millisecond(*at_ms).unwrap();
            format!(
                "{}\n",
                json!({ "author": sender, "created_at": at.to_string(), "target": [receiver] })
            )
        };
        messages.iter().map(line).collect::<String>().into_bytes()
    }

    fn compressed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn messages_are_the_same_trace_in_every_form(messages in messages()) {
            let forms = [
                table(&messages, b','),
                table(&messages, b';'),
                table(&messages, b'\t'),
                json_lines(&messages),
                compressed(&table(&messages, b',')),
            ];
            let read = |bytes: &Vec<u8>| read_trace(bytes.as_slice(), &TraceOptions::default()).map(|(trace, _)| trace);
            let first = read(&forms[0]).unwrap();
            prop_assert!(first.messages.is_sorted_by_key(|message| message.at_s));
            prop_assert!(first.messages.iter().all(|message| message.sender != message.receiver));
            let written = messages.iter().filter(|(sender, receiver, _)| sender != receiver).count();
            prop_assert!(first.messages.len() <= written);
            for form in &forms[1..] {
                prop_assert_eq!(&read(form).unwrap(), &first);
            }
            let mut text = Vec::new();
            first.write(&mut text).unwrap();
            let (again, _) = read_trace(text.as_slice(), &TraceOptions::as_written()).unwrap();
            prop_assert_eq!(again, first);
        }
    }
}
