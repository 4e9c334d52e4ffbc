//! The hosts file, which lists the processes of a run: one `host:port` per line.

use std::fmt;
use std::io;
use std::net::TcpListener;

/// The addresses of a run's processes. Process `k`, counted from 0, listens at the `k`-th.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hosts {
    addresses: Vec<String>,
}

/// Why a hosts file, or a process number, is invalid.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HostsError {
    /// A line is no address.
    #[error("{path}:{line}: `{text}` is no `host:port`; write one address a line, such as `node1:2101`")]
    NoAddress {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The text of the line.
        text: String,
    },
    /// An address appears twice.
    #[error(
        "{path}:{line}: `{text}` is also in line {earlier}; \
         each process needs its own address, so give processes on one machine different ports"
    )]
    Duplicate {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The address.
        text: String,
        /// The line where it appears first.
        earlier: usize,
    },
    /// Fewer than two addresses.
    #[error("{path}: {count} host(s) are too few; list at least two, or leave --hosts out")]
    TooFew {
        /// The file.
        path: String,
        /// Number of addresses.
        count: usize,
    },
    /// The file has no process with this number.
    #[error("process {process} is out of range: the hosts are numbered from 0 to {last}")]
    OutOfRange {
        /// The number.
        process: usize,
        /// The last number in the file.
        last: usize,
    },
}

/// The text of a hosts file with these addresses.
impl fmt::Display for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.addresses
            .iter()
            .try_for_each(|address| writeln!(f, "{address}"))
    }
}

impl Hosts {
    /// Addresses of `count` processes on this machine, with ports that are free now.
    ///
    /// Another program can take such a port before the process listens there. Then the process can't join.
    ///
    /// # Errors
    /// If the system has no free ports.
    pub fn loopback(count: usize) -> io::Result<Hosts> {
        // All listen at once, so that no port is given out twice.
        let listeners = (0..count).map(|_| TcpListener::bind("127.0.0.1:0"));
        let listeners: Vec<TcpListener> = listeners.collect::<io::Result<_>>()?;
        let addresses = listeners
            .iter()
            .map(|listener| Ok(listener.local_addr()?.to_string()));
        Ok(Hosts {
            addresses: addresses.collect::<io::Result<_>>()?,
        })
    }

    /// Parses the `text` of a hosts file. `path` is its name in errors. A `#` begins a comment; empty
    /// lines are skipped.
    ///
    /// # Errors
    /// If a line is no address or repeats one, or if there are fewer than two.
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

    /// Number of processes.
    #[must_use]
    pub fn count(&self) -> usize {
        self.addresses.len()
    }

    /// The address of a process, as `host:port`.
    ///
    /// # Panics
    /// If there is no such process.
    #[must_use]
    pub fn address(&self, process: usize) -> &str {
        &self.addresses[process]
    }

    /// A process with its number and address.
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

/// Whether `text` is a host name or IP address, a colon and a port that can be connected to.
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
    /// Its address, as `host:port`.
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
            "hosts:4: `a:1` is also in line 1; \
             each process needs its own address, so give processes on one machine different ports"
        );
    }

    #[test]
    fn two_are_the_least() {
        let words = "host(s) are too few; list at least two, or leave --hosts out";
        assert_eq!(error("a:1"), format!("hosts: 1 {words}"));
        assert_eq!(error("# none"), format!("hosts: 0 {words}"));
    }
}
