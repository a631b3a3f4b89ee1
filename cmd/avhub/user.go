package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/office"
	"avhub/rooms/store"
)

type userCmd struct {
	Add    userAddCmd    `cmd:"" help:"Add an account, or a role to one; the password comes from standard input. Example: echo 'four words nobody guesses' | avhub user add wang --role judge --court heihe"`
	Passwd userPasswdCmd `cmd:"" help:"Set a password, from standard input; all log-ins of the user end. Example: echo 'four words nobody guesses' | avhub user passwd wang"`
	List   userListCmd   `cmd:"" help:"List the accounts. Example: avhub user list"`
}

type userAddCmd struct {
	Config   string   `short:"c" type:"existingfile" placeholder:"FILE" help:"Configuration (avhub.yaml)."`
	Name     string   `arg:"" help:"Name to log in with: small letters, digits, dots, hyphens."`
	Role     string   `required:"" enum:"admin,judge,clerk,inspector,duty_officer,commander,field_officer,technician,auditor" help:"One of ${enum}."`
	Court    string   `required:"" help:"Id of the court. The first one is made if there is none yet."`
	Site     []string `help:"Courtrooms or other places that are the user's own; none: see the manual."`
	FullName string   `name:"full-name" help:"Name as it is shown; the name if left out."`
}

// Run adds an account.
func (c *userAddCmd) Run(ctx context.Context, o *output) error {
	password, err := readPassword(os.Stdin)
	if err != nil {
		return err
	}
	return withStore(ctx, c.Config, func(s *store.Store) error {
		hash, err := newHasher().Hash(ctx, password)
		if err != nil {
			return err
		}
		added := ""
		err = s.Change(ctx, func(tx *store.Tx) (err error) {
			added, err = c.add(tx, password, hash)
			return err
		})
		if err == nil {
			fmt.Fprintln(o.out, added)
		}
		return err
	})
}

// add makes the account, or gives the role to the one that is there.
func (c *userAddCmd) add(tx *store.Tx, password, hash string) (string, error) {
	courts, err := tx.Courts()
	if err != nil {
		return "", err
	}
	if len(courts) == 0 {
		court := rooms.Court{ID: c.Court, Name: c.Court}
		if err := errors.Join(courts.CheckPut(court), tx.PutCourt(court)); err != nil {
			return "", err
		}
		courts[court.ID] = court
	}
	a, err := tx.UserByName(c.Name)
	there := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	if !there {
		a = store.Account{User: rooms.User{ID: login.NewID(), Name: c.Name, FullName: c.FullName}, Password: hash, Created: time.Now().UTC()}
		if a.FullName == "" {
			a.FullName = c.Name
		}
		if err := login.CheckPassword(password, a.Name, a.FullName); err != nil {
			return "", fmt.Errorf("the password is not taken: %w", err)
		}
	}
	a.Grants = append(a.Grants, rooms.Grant{Role: rooms.Role(c.Role), Court: c.Court, Sites: c.Site})
	if err := a.Check(courts); err != nil {
		return "", err
	}
	if err := tx.PutUser(a); err != nil {
		return "", err
	}
	detail := map[string]string{"role": c.Role, "court": c.Court, "sites": strings.Join(c.Site, " ")}
	said := fmt.Sprintf("%s is %s at %s", c.Name, c.Role, c.Court)
	if there {
		said += "; the password stays as it was"
	} else {
		detail["new"] = "yes"
	}
	return said, office.Send(tx, audit.Entry{
		Time: time.Now().UTC(), Who: console(), Action: rooms.ManageAccounts,
		Object: audit.Object{Kind: office.UserObject, ID: a.ID, Name: a.Name}, Court: c.Court, Outcome: audit.Done, Detail: detail,
	})
}

type userPasswdCmd struct {
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"Configuration (avhub.yaml)."`
	Name   string `arg:"" help:"Name of the user."`
	Reset  bool   `name:"drop-second-factor" help:"Turn the second factor off too, for who has lost the phone."`
}

// Run sets a password.
func (c *userPasswdCmd) Run(ctx context.Context, o *output) error {
	password, err := readPassword(os.Stdin)
	if err != nil {
		return err
	}
	return withStore(ctx, c.Config, func(s *store.Store) error {
		hash, err := newHasher().Hash(ctx, password)
		if err != nil {
			return err
		}
		err = s.Change(ctx, func(tx *store.Tx) error {
			a, err := tx.UserByName(c.Name)
			if errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("there is no user %s: avhub user list shows all", c.Name)
			}
			if err != nil {
				return err
			}
			if err := login.CheckPassword(password, a.Name, a.FullName); err != nil {
				return fmt.Errorf("the password is not taken: %w", err)
			}
			a.Password, a.MustChange = hash, false
			detail := map[string]string{"password": "set"}
			if c.Reset {
				a.TOTP, a.TOTPStep = "", 0
				detail["second_factor"] = "off"
			}
			if _, err := tx.EndSessionsOf(a.ID, ""); err != nil {
				return err
			}
			if err := tx.PutUser(a); err != nil {
				return err
			}
			return office.Send(tx, audit.Entry{
				Time: time.Now().UTC(), Who: console(), Action: rooms.ManageAccounts,
				Object: audit.Object{Kind: office.UserObject, ID: a.ID, Name: a.Name}, Outcome: audit.Done, Detail: detail,
			})
		})
		if err == nil {
			fmt.Fprintf(o.out, "the password of %s is set\n", c.Name)
		}
		return err
	})
}

type userListCmd struct {
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"Configuration (avhub.yaml)."`
}

// Run lists the accounts.
func (c *userListCmd) Run(ctx context.Context, o *output) error {
	return withStore(ctx, c.Config, func(s *store.Store) error {
		var users []store.Account
		err := s.View(ctx, func(tx *store.Tx) (err error) {
			users, err = tx.Users()
			return err
		})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(o.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tFULL NAME\tROLES\tSTATE")
		for _, u := range users {
			var roles []string
			for _, g := range u.Grants {
				roles = append(roles, string(g.Role)+"@"+g.Court)
			}
			state := "active"
			if u.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Name, u.FullName, strings.Join(roles, " "), state)
		}
		return w.Flush()
	})
}

// readPassword reads one line.
func readPassword(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, login.MaxPassword+2)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return "", errors.New("no password on standard input: write it there, as in echo 'four words nobody guesses' | avhub user …")
	}
	return password, nil
}
