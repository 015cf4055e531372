-- Orders of a provider that is rarely used: few among a million.
CREATE INDEX attempts_by_provider ON attempts (provider, order_id);
