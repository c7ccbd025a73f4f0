package wire

import "github.com/wandgo/wandgo/internal/record"

func layoutArtifact(c *coder, m *record.Artifact) {
	c.text(1, &m.RunID)
	c.text(2, &m.Project)
	c.text(3, &m.Entity)
	c.text(4, &m.Type)
	c.text(5, &m.Name)
	c.text(6, &m.Digest)
	c.text(7, &m.Description)
	c.text(8, &m.Metadata)
	c.bool(9, &m.UserCreated)
	c.bool(10, &m.UseAfterCommit)
	c.texts(11, &m.Aliases)
	message(c, 12, &m.Manifest, layoutManifest)
	c.text(13, &m.DistributedID)
	c.bool(14, &m.Finalize)
	c.text(15, &m.ClientID)
	c.text(16, &m.SequenceClientID)
	c.text(17, &m.BaseID)
	number(c, 18, &m.TTLSeconds)
	c.texts(19, &m.Tags)
	c.text(20, &m.DigestAlgorithm)
	c.bool(100, &m.Incremental)
}

func layoutManifest(c *coder, m *record.ArtifactManifest) {
	number(c, 1, &m.Version)
	c.text(2, &m.StoragePolicy)
	messages(c, 3, &m.Config, layoutArtifactItem)
	messages(c, 4, &m.Entries, layoutArtifactEntry)
	c.text(5, &m.EntriesFile)
}

func layoutArtifactEntry(c *coder, m *record.ArtifactEntry) {
	c.text(1, &m.Path)
	c.text(2, &m.Digest)
	c.text(3, &m.Ref)
	number(c, 4, &m.Size)
	c.text(5, &m.Type)
	c.text(6, &m.LocalPath)
	c.text(7, &m.BirthID)
	c.bool(8, &m.SkipCache)
	messages(c, 16, &m.Extra, layoutArtifactItem)
}

func layoutArtifactItem(c *coder, m *record.ArtifactItem) {
	c.text(1, &m.Key)
	c.text(2, &m.JSON)
}

func layoutUseArtifact(c *coder, m *record.UseArtifact) {
	c.text(1, &m.ID)
	c.text(2, &m.Type)
	c.text(3, &m.Name)
}
