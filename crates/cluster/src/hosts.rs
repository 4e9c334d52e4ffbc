//! Who takes part: a file with one `host:port` per line.

use std::fmt;

/// The processes of a run, in order: process `k` listens at the `k`-th address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hosts {
    addresses: Vec<String>,
}

/// What is wrong with a hosts file, or with the number of a process in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HostsError {
    /// A line that is no address.
    #[error("{path}:{line}: `{text}` is no `host:port`; write one address a line, such as `node1:2101`")]
    NoAddress {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// An address twice.
    #[error(
        "{path}:{line}: `{text}` stands in line {earlier} already; \
         each process needs an address of its own, on one machine another port"
    )]
    Duplicate {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The address.
        text: String,
        /// Where it stood first.
        earlier: usize,
    },
    /// Nobody to run with.
    #[error("{path}: {count} host(s) are too few; name at least two, or leave --hosts out")]
    TooFew {
        /// The file.
        path: String,
        /// How many there are.
        count: usize,
    },
    /// A process that the file doesn't have.
    #[error("process {process} is out of range: the hosts are numbered from 0 to {last}")]
    OutOfRange {
        /// What was asked for.
        process: usize,
        /// The last there is.
        last: usize,
    },
}

impl Hosts {
    /// Reads the text of the hosts file at `path`. What follows a `#` is a comment; lines without
    /// anything else don't count.
    ///
    /// # Errors
    /// Says which line is wrong, or that there are fewer than two hosts.
    pub fn parse(path: &str, text: &str) -> Result<Hosts, HostsError> {
        let lines = text.lines().zip(1..).filter_map(|(line, number)| {
            let address = line.split('#').next().unwrap_or_default().trim();
            (!address.is_empty()).then_some((number, address))
        });
        let mut known: Vec<(usize, &str)> = Vec::new();
        for (line, address) in lines {
            let (path, text) = (path.to_string(), address.to_string());
            if !is_address(address) {
                return Err(HostsError::NoAddress { path, line, text });
            }
            if let Some(&(earlier, _)) = known.iter().find(|(_, other)| *other == address) {
                return Err(HostsError::Duplicate {
                    path,
                    line,
                    text,
                    earlier,
                });
            }
            known.push((line, address));
        }
        if known.len() < 2 {
            return Err(HostsError::TooFew {
                path: path.to_string(),
                count: known.len(),
            });
        }
        let addresses = known.into_iter().map(|(_, address)| address.to_string());
        Ok(Hosts {
            addresses: addresses.collect(),
        })
    }

    /// How many processes there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.addresses.len()
    }

    /// Where process `process` listens, as `host:port`.
    #[must_use]
    pub fn address(&self, process: usize) -> &str {
        &self.addresses[process]
    }

    /// Process `process` by number and address.
    ///
    /// # Errors
    /// If there is no such process.
    pub fn peer(&self, process: usize) -> Result<Peer, HostsError> {
        match self.addresses.get(process) {
            Some(address) => Ok(Peer {
                process,
                address: address.clone(),
            }),
            None => Err(HostsError::OutOfRange {
                process,
                last: self.count() - 1,
            }),
        }
    }
}

/// Whether `text` is a name or number of a host, a colon and a port that can be connected to.
fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let is_bare = !host.contains(':') || host.starts_with('[') && host.ends_with(']');
    let is_word = !host.is_empty() && !host.contains(char::is_whitespace);
    is_bare && is_word && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// One of the processes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peer {
    /// Its number, from 0.
    pub process: usize,
    /// Where it listens.
    pub address: String,
}

impl fmt::Display for Peer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "process {} ({})", self.process, self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Hosts::parse("hosts", text).unwrap_err().to_string()
    }

    #[test]
    fn comments_and_empty_lines_do_not_count() {
        let hosts = Hosts::parse("hosts", "# three\n\nnode1:2101 # big\n  [::1]:2101\n10.0.0.3:1\n").unwrap();
        assert_eq!(hosts.count(), 3);
        assert_eq!(hosts.address(1), "[::1]:2101");
        assert_eq!(hosts.peer(2).unwrap().to_string(), "process 2 (10.0.0.3:1)");
        assert_eq!(
            hosts.peer(3).unwrap_err().to_string(),
            "process 3 is out of range: the hosts are numbered from 0 to 2"
        );
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        for line in [
            "node1",
            "node1:",
            "node1:0",
            "node1:65536",
            ":2101",
            "::1:2101",
            "a b:1",
        ] {
            assert_eq!(
                error(&format!("# comment\n{line}\n")),
                format!(
                    "hosts:2: `{line}` is no `host:port`; write one address a line, such as `node1:2101`"
                )
            );
        }
        assert_eq!(
            error("a:1\nb:1\n\na:1 # again"),
            "hosts:4: `a:1` stands in line 1 already; \
             each process needs an address of its own, on one machine another port"
        );
    }

    #[test]
    fn two_are_the_least() {
        let words = "host(s) are too few; name at least two, or leave --hosts out";
        assert_eq!(error("a:1"), format!("hosts: 1 {words}"));
        assert_eq!(error("# none"), format!("hosts: 0 {words}"));
    }
}
